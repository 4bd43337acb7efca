/**
 * Ways to a stop in the driver's own navigation app. The stop's place goes into that app's address
 * on this device only, when the driver taps it; the service's own addresses never hold one.
 */

const STORED = "sokcho.navigation";

const ADDRESSES = {
  geo: ([lon, lat], name) => `geo:${lat},${lon}?q=${lat},${lon}(${encodeURIComponent(name)})`,
  kakao: ([lon, lat]) => `kakaomap://route?ep=${lat},${lon}&by=CAR`,
  naver: ([lon, lat], name) =>
    `nmap://route/car?dlat=${lat}&dlng=${lon}&dname=${encodeURIComponent(name)}&appname=sokcho-transit`,
  google: ([lon, lat]) => `https://www.google.com/maps/dir/?api=1&travelmode=driving&destination=${lat},${lon}`,
};

/** Apps that a driver can choose from. */
export const APPS = Object.keys(ADDRESSES);

/** The app that was chosen, the phone's own by default. */
export function chosenApp() {
  const stored = localStorage.getItem(STORED);
  return APPS.includes(stored) ? stored : "geo";
}

export const chooseApp = (app) => localStorage.setItem(STORED, app);

/** Address that opens the way to a stop. */
export const wayTo = (stop, name, app = chosenApp()) => ADDRESSES[app](stop.position, name);
