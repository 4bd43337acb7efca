/** What the service keeps telling: my bookings, my recurring trips, and the vehicles. */
import { useCallback, useEffect, useState } from "../../vendor/preact/htm-preact.mjs";
import { followVehicles } from "../shared/city.mjs";
import { keep, read } from "../shared/stored.mjs";
import { listBookings, listPassengers, listRecurring } from "./resources.mjs";

const MAX_KEPT = 30;

/**
 * My bookings, newest first; a function that puts in what became of one; and whether they are what
 * the service says, or what this device last knew while there is no connection.
 */
export function useBookings(isCarer) {
  // a representative may sit at a computer that others use, too
  const [bookings, setBookings] = useState(isCarer ? [] : read("bookings", []));
  const [isFresh, setFresh] = useState(false);
  const put = useCallback((booking) => setBookings((old) => withBooking(old, booking)), []);
  const reread = useCallback(async () => {
    const known = await listBookings().catch(() => null);
    setFresh(known !== null);
    if (known) setBookings(known);
  }, []);
  useEffect(() => {
    reread();
    addEventListener("online", reread);
    return () => removeEventListener("online", reread);
  }, []);
  useEffect(() => {
    if (!isCarer) keep("bookings", bookings.slice(0, MAX_KEPT));
  }, [bookings]);
  return [bookings, put, isFresh, reread];
}

function withBooking(bookings, booking) {
  const at = bookings.findIndex((known) => known.booking_id === booking.booking_id);
  return at < 0 ? [booking, ...bookings] : bookings.with(at, booking);
}

/** A list that is read once and again on demand. */
function useList(list, isWanted) {
  const [items, setItems] = useState([]);
  const reread = useCallback(async () => setItems(await list().catch(() => [])), []);
  useEffect(() => {
    if (isWanted) reread();
  }, []);
  return [items, reread];
}

/** My recurring trips, and a function that reads them anew. */
export const useRecurring = () => useList(listRecurring, true);

/** The people whom a representative books for, and a function that reads them anew. */
export const usePassengers = (isCarer) => useList(listPassengers, isCarer);

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
