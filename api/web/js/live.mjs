/** What the service keeps telling: my bookings, and the vehicles. */
import { useCallback, useEffect, useState } from "../vendor/preact/htm-preact.mjs";
import { followVehicles, listBookings, listVehicles } from "./resources.mjs";

const POLL_MS = 5000;

/** My bookings, newest first, and a function that puts in what became of one. */
export function useBookings() {
  const [bookings, setBookings] = useState([]);
  const put = useCallback((booking) => setBookings((old) => withBooking(old, booking)), []);
  useEffect(() => {
    listBookings().then((known) => setBookings((old) => old.reduce(withBooking, known)), () => {});
  }, []);
  return [bookings, put];
}

function withBooking(bookings, booking) {
  const at = bookings.findIndex((known) => known.booking_id === booking.booking_id);
  return at < 0 ? [booking, ...bookings] : bookings.with(at, booking);
}

/** All vehicles as the service last told them. */
export function useVehicles() {
  const [vehicles, setVehicles] = useState([]);
  useEffect(() => {
    const reread = () => listVehicles().then(setVehicles, () => {});
    reread();
    const timer = setInterval(reread, POLL_MS);
    return () => clearInterval(timer);
  }, []);
  return vehicles;
}
