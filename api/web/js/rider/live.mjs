/** What the service keeps telling: my bookings, and the vehicles. */
import { useCallback, useEffect, useState } from "../../vendor/preact/htm-preact.mjs";
import { followVehicles } from "../shared/city.mjs";
import { listBookings } from "./resources.mjs";

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

/** All vehicles as the service last told them: each one at first, then whenever it changes. */
export function useVehicles() {
  const [vehicles, setVehicles] = useState([]);
  useEffect(() => followVehicles(({ data }) => {
    const told = JSON.parse(data);
    setVehicles((old) => withVehicle(old, told));
  }), []);
  return vehicles;
}

function withVehicle(vehicles, told) {
  const others = vehicles.filter((known) => known.vehicle_id !== told.vehicle_id);
  return [...others, told].sort((a, b) => a.vehicle_id.localeCompare(b.vehicle_id));
}
