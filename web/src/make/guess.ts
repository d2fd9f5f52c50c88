// What a browser tells of its device. It is a guess: since version 26 Safari keeps the version of the system to itself in part, and
// an iPad calls itself a Mac.

export interface Browser {
  userAgent: string;
  maxTouchPoints: number;
  standalone?: boolean; // on the Home Screen, on iOS and iPadOS
  platformVersion?: string; // from userAgentData, of Chromium
}

export interface Guess {
  platform: string;
  version: string | undefined; // major
  isHere: boolean; // the browser runs on a device that takes profiles
  // How the browser takes a profile: it asks whether to install it, it only saves a file, or it is a window of some app.
  takes: "asks" | "saves" | "app";
  browser: string; // name of one that only saves
}

// Browsers on iOS and iPadOS that only save a file: mozilla-mobile/firefox-ios 7501, 25476; duckduckgo/iOS 830.
const savers: [RegExp, string][] = [
  [/\b(Focus|Klar)\//, "Firefox Focus"],
  [/\bFxiOS\//, "Firefox"],
  [/\b(DuckDuckGo|Ddg)\//, "DuckDuckGo"],
];

// Windows inside of apps, and the window of a network's sign-in page: inverse-inc/packetfence 2898.
const inApp = /\b(FBAN|FBAV|Instagram|Line|MicroMessenger|Snapchat|LinkedInApp|Pinterest|Twitter|BytedanceWebview|musical_ly|GSA|WhatsApp)\b/;

export function guess(browser: Browser): Guess {
  const ua = browser.userAgent;
  const isMobile = /\b(iPhone|iPod|iPad)\b/.test(ua);
  const isMac = /\bMacintosh\b/.test(ua);
  const isPad = /\biPad\b/.test(ua) || (isMac && browser.maxTouchPoints > 1);
  const platform = isPad ? "iPadOS" : isMobile ? "iOS" : isMac ? "macOS" : "iOS";
  const isHere = isMobile || isMac;
  const saver = savers.find(([pattern]) => pattern.test(ua));
  const takes = platform === "macOS" ? "asks" : saver ? "saves" : isInApp(browser) ? "app" : "asks";
  return { platform, version: isHere ? versionOf(browser, platform) : undefined, isHere, takes: isHere ? takes : "asks", browser: saver?.[1] ?? "" };
}

function isInApp({ userAgent, standalone }: Browser): boolean {
  return inApp.test(userAgent) || standalone === true || !/\bSafari\//.test(userAgent);
}

function versionOf({ userAgent, platformVersion }: Browser, platform: string): string | undefined {
  if (platform === "macOS") return platformVersion && Number(platformVersion.split(".")[0]) >= 11 ? platformVersion.split(".")[0] : undefined; // Safari runs on older ones, too
  const safari = /\bVersion\/(\d+)/.exec(userAgent)?.[1];
  if (safari) return safari;
  const [, major, minor] = /\bOS (\d+)_(\d+)/.exec(userAgent) ?? [];
  return major === "18" && Number(minor) >= 6 ? undefined : major; // 18_6 and 18_7 stand for all later ones, too
}

interface HighEntropy {
  getHighEntropyValues?(hints: string[]): Promise<{ platformVersion?: string }>;
}

// here guesses from the browser that shows the page.
export async function here(): Promise<Guess> {
  const data = (navigator as { userAgentData?: HighEntropy }).userAgentData;
  const values = await data?.getHighEntropyValues?.(["platformVersion"]).catch(() => undefined);
  return guess({ ...atOnce(), platformVersion: values?.platformVersion });
}

function atOnce(): Browser {
  return {
    userAgent: navigator.userAgent,
    maxTouchPoints: navigator.maxTouchPoints,
    standalone: (navigator as { standalone?: boolean }).standalone,
  };
}

export const hereAtOnce = (): Guess => guess(atOnce());
