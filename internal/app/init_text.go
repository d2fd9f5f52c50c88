package app

// The template of Init. Names after $ stand for the answers.
const starterText = `# Profiles that keep iCloud syncing. Build them with: syncguard build (and the name of this file, unless it is syncguard.yaml)
# docs/template.md explains every key. Another site gets a file of its own, with the line
#   extends: $base
# and only what differs there. For completion in an editor:
#   syncguard schema json-schema template > syncguard.schema.json
# yaml-language-server: $schema=syncguard.schema.json

organization:
  name: $name
  # All identifiers and UUIDs derive from it, so keep it: a device replaces a profile only by one with the same identifier.
  identifier: $identifier

profile:
  identifier: icloud-sync
$titles
  # removal:
  #   disallowed: true          # supervised devices only; a Mac asks for an administrator
  # consent: You agree that your organization sets DNS on this device.

# PLATFORM[@VERSION][/ENROLLMENT]. VERSION is the oldest one in the group, 26 unless given.
# ENROLLMENT: manual, manual-supervised, device, supervised, user, shared-ipad.
targets:
$targets

prevention:
$time

$dns

$cellular

$storage

$updates

# Any other Apple payload, in Apple's own keys:
# payloads:
#   - id: wifi
#     type: com.apple.wifi.managed
#     targets: [iOS, macOS]
#     keys:
#       SSID_STR: Office
#       EncryptionType: WPA2
#       Password: ${wifi-password}
# variables:
#   wifi-password:
#     secret: env:WIFI_PASSWORD
`

const (
	starterTime = `  # A wrong clock makes every certificate invalid. Enforced on supervised devices; a Mac gets a time server.
  date-time:
    timeServer: time.apple.com
`
	starterDNS = `  # Encrypted DNS, in place of a resolver that blocks iCloud. No profile can set plain 1.1.1.1 on port 53.
  dns:
$provider
    protocol: https             # or tls: port 853, blocked more often
    allowFailover: true         # fall back to the network's own resolver if the provider does not answer
$exempt
    # localDomains: [corp.example.net]
`
	starterCellular = `  # No profile can turn cellular data on for iCloud: the profile's description has the steps.
  cellular: true
`
	starterStorage = `  # No profile can turn Optimize Storage on: the profile's description has the steps.
  storage: true
`
	starterUpdates = `  # Automatic updates: a profile sets them on a Mac up to macOS 26; every other device needs a declaration by MDM.
  updates: true
`
)
