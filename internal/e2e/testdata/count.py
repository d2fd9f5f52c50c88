"""Counts the devices of an inventory by effect, without syncguard's reader and counter.

Usage: count.py PROGRAM INVENTORY FILE...

Reads the inventory by rules of its own, one function for each shape, asks PROGRAM for the table of FILES on each
target, and counts. Prints JSON: the number of devices, of those counted, and the classes of each setting. With the
word "made" for an inventory, it makes one of 2,000 devices instead, made.csv, and counts that.
"""
import collections, csv, io, json, random, re, subprocess, sys

PLATFORMS = {"ios": "iOS", "ipados": "iPadOS", "darwin": "macOS", "macos": "macOS", "mac os x": "macOS", "mac": "macOS", "tvos": "tvOS"}


def version(text):
    found = re.search(r"\d+(\.\d+)*", str(text or ""))
    return found.group() if found else None


def exists(platform, number):
    major = int(number.split(".")[0])
    first = 19 if platform in ("iOS", "iPadOS", "tvOS") else 16
    return not first <= major <= 25


def platform_of(name, model=""):
    platform = PLATFORMS.get((name or "").lower().strip())
    return "iPadOS" if platform == "iOS" and (model or "").startswith("iPad") else platform


def target(platform, number, enrollment):
    if not platform or not number or not enrollment or not exists(platform, number):
        return None
    number = re.sub(r"(\.0)+$", "", number)
    return f"{platform}@{number}/{enrollment}"


def fleet(h):
    h = h.get("host", h)
    status, kind = h["mdm"]["enrollment_status"], h.get("last_mdm_enrollment_type", "")
    platform = platform_of(h["platform"])
    enrollment = None
    if status == "On (personal)" or kind.startswith("User"):
        enrollment = "user"
    elif kind == "Shared iPad":
        enrollment = "shared-ipad"
    elif status in ("On (automatic)", "On (company-owned)"):
        enrollment = "supervised"
    elif status == "On (manual)" and platform == "macOS":
        enrollment = "device"  # MDM supervises every Mac; elsewhere Fleet does not tell
    return target(platform, version(h["os_version"]), enrollment)


def fleet_csv(r):
    return fleet({"platform": r["platform"], "os_version": r["os_version"], "mdm": {"enrollment_status": r["mdm.enrollment_status"]}})


def jamf_computer(c):
    general, system = c["general"], c["operatingSystem"] or {}
    if not general.get("remoteManagement", {}).get("managed") or not general.get("mdmCapable", {}).get("capable"):
        return None
    enrollment = general.get("appleEnrollmentType")
    if general.get("supervised") or general.get("enrolledViaAutomatedDeviceEnrollment"):
        enrollment = "supervised"
    return target("macOS", version(system.get("version")), enrollment)


def jamf_mobile(d):
    general = d["general"]
    by_user = "UserEnrollment" in general["deviceOwnershipType"]
    if not general["managed"] or by_user and general["supervised"]:
        return None
    enrollment = "user" if by_user else "shared-ipad" if general.get("sharedIpad") else "supervised" if general["supervised"] else "device"
    return target(platform_of(d["deviceType"], d["hardware"]["modelIdentifier"]), version(general["osVersion"]), enrollment)


def jamf_platform(d):
    system = d.get("operatingSystem") or dict(zip(("name", "version"), d["operatingSystemVersion"].split()))
    platform = platform_of(system["name"])
    enrollment = None
    if d["enrollmentType"] == "UserEnrollment":
        enrollment = "user"
    elif d.get("supervised"):
        enrollment = "supervised"
    elif platform == "macOS":
        enrollment = "device"
    return target(platform, version(system["version"]), enrollment)


def graph(d):
    kind = d["deviceEnrollmentType"]
    enrollment = None
    if d.get("managementAgent", "mdm") == "mdm" and kind != "unknown":
        enrollment = "user" if kind.startswith("appleUser") else "supervised" if str(d["isSupervised"]).lower() == "true" else "device"
    return target(platform_of(d["operatingSystem"], d["model"]), version(d["osVersion"]), enrollment)


def graph_powershell(r):
    words = {"OSVersion": "osVersion"}  # the cmdlets write the fields with capitals
    return graph({words.get(k, k[0].lower() + k[1:]): v for k, v in r.items()})


def simplemdm(d):
    a = d["attributes"]
    product = a["product_name"]
    platform = "iOS" if product.startswith("iPhone") else "iPadOS" if product.startswith("iPad") else "macOS"
    return target(platform, version(a["os_version"]), "supervised" if a["status"] == "enrolled" and a["is_supervised"] else None)


def intune_csv(r):
    platform = "iPadOS" if r["OS"] == "iOS/iPadOS" and r["Model"].startswith("iPad") else platform_of(r["OS"], r["Model"])
    return target(platform, version(r["OS version"]), "supervised" if r["Supervised"] == "True" else None)


def iru_csv(r):
    model = r["Model"]
    platform = "macOS" if r["OS"].startswith("macOS") else "iPadOS" if model.startswith("iPad") else "tvOS" if "TV" in model else "iOS"
    automated = r["MDM Enabled"] == "True" and r["Enrollment Type"].startswith("Automated")
    return target(platform, version(r["OS"]), "supervised" if automated else None)


def jamf_csv(r):
    if r["MDM Capable"] != "Yes":
        return None
    enrollment = "supervised" if r["Supervised"] == "Yes" else "device" if r["Enrolled via Automated Device Enrollment"] == "Yes" else None
    return target(platform_of(r["Operating System"]), version(r["Operating System Version"]), enrollment)


def made_csv(r):
    enrollment = {"Automated Device Enrollment": "supervised", "Device Enrollment": "device", "User Enrollment": "user"}.get(r["Enrollment"])
    return target(r["Operating System"], r["OS Version"], enrollment)


def nothing(_):
    return None


SHAPES = {
    "fleet-hosts.json": ("hosts", fleet), "fleet-host.jsonl": (None, fleet), "fleet-report.csv": (",", fleet_csv),
    "jamf-computers.json": ("results", jamf_computer), "jamf-mobile.json": ("results", jamf_mobile), "jamf-platform.json": ("results", jamf_platform),
    "graph.json": ("value", graph), "graph-powershell.csv": (",", graph_powershell), "graph-powershell.json": (None, graph_powershell), "simplemdm.json": ("data", simplemdm),
    "apple-business.json": ("data", nothing), "iru.json": (None, nothing),
    "made-up-intune.csv": (",", intune_csv), "made-up-iru.tsv": ("\t", iru_csv), "made-up-jamf.csv": (";", jamf_csv), "made.csv": (",", made_csv),
}


def decoded(path):
    data = open(path, "rb").read()
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")


def documents(text):
    at, decoder = 0, json.JSONDecoder()
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        yield value


def devices(path):
    key, read = SHAPES[path.split("/")[-1]]
    text = decoded(path)
    if path.endswith(("csv", "tsv")):
        for row in csv.DictReader(io.StringIO(text), delimiter=key):
            values = list(row.values())
            if any(values):
                yield None if None in values else read(row)
        return
    for value in documents(text):
        inner = value[key] if isinstance(value, dict) and key in value else value
        for device in inner if isinstance(inner, list) else [inner]:
            yield read(device)


def make(path):
    """Random phones, tablets, Macs and TVs, on versions between which keys come and go."""
    random.seed(27)
    models = {"iOS": "iPhone 15", "iPadOS": "iPad Air", "macOS": "MacBook Pro", "tvOS": "Apple TV 4K"}
    majors = {"iOS": [12, 15, 17, 18, 26, 27], "iPadOS": [13, 17, 18, 26, 27], "macOS": [11, 13, 14, 15, 26, 27], "tvOS": [13, 17, 18, 26, 27]}
    with open(path, "w", newline="") as f:
        out = csv.writer(f)
        out.writerow(["Serial Number", "Model", "Operating System", "OS Version", "Enrollment", "Supervised"])
        for i in range(2000):
            platform = random.choice(list(models))
            kinds = ["Automated Device Enrollment", "Device Enrollment"] + (["User Enrollment"] if platform != "tvOS" else [])
            kind = random.choice(kinds)
            number = f"{random.choice(majors[platform])}.{random.randrange(8)}" if random.random() > .02 else ""
            out.writerow([f"M{i:06}", models[platform], platform, number, kind, "Yes" if kind[0] == "A" else "No"])


def main(program, path, files):
    if path == "made":
        path = "made.csv"
        make(path)
    found = list(devices(path))
    kinds = collections.Counter(t for t in found if t)
    settings = collections.defaultdict(lambda: collections.Counter())
    if kinds:
        args = [program, "coverage", "--format", "json"] + files
        for t in kinds:
            args += ["--target", t]
        for cell in json.loads(subprocess.run(args, check=True, capture_output=True).stdout):
            name = "|".join((cell["intent"], cell.get("file", ""), cell.get("value", "")))
            settings[name]["missing" if cell.get("missing") else cell["class"]] += kinds[cell["target"]]
    print(json.dumps({"devices": len(found), "counted": sum(kinds.values()), "settings": settings}))


main(sys.argv[1], sys.argv[2], sys.argv[3:])
