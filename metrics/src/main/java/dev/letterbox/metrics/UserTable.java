package dev.letterbox.metrics;

import dev.letterbox.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Finds what belongs to a user, without garbage: a map would make an object of each number. It holds so many users at
 * most, so that nobody with many user ids can fill the memory; all beyond share one place.
 */
final class UserTable {
    static final int MOST_USERS = 256;

    private static final int PLACES = 2 * MOST_USERS;

    private final AtomicReferenceArray<UserSeries> places = new AtomicReferenceArray<>(PLACES);
    private final AtomicInteger users = new AtomicInteger();
    private final UserSeries others = new UserSeries(Snapshot.OTHERS);

    /** Who has only a name shares the place of all others. */
    UserSeries of(Caller caller) {
        return caller.isUser() ? of(caller.uid()) : others;
    }

    UserSeries of(int uid) {
        long wanted = Integer.toUnsignedLong(uid);
        int place = Math.floorMod(Integer.hashCode(uid), PLACES);
        while (true) {
            UserSeries there = places.get(place);
            if (there == null) {
                if (users.get() >= MOST_USERS) {
                    return others;
                }
                UserSeries mine = new UserSeries(wanted);
                if (places.compareAndSet(place, null, mine)) {
                    users.incrementAndGet();
                    return mine;
                }
                // Another thread was faster; perhaps with the same user.
            } else if (there.uid() == wanted) {
                return there;
            } else {
                place = (place + 1) % PLACES;
            }
        }
    }

    List<Snapshot.User> read() {
        List<Snapshot.User> all = new ArrayList<>();
        for (int place = 0; place < PLACES; place++) {
            UserSeries there = places.get(place);
            if (there != null) {
                all.add(there.read());
            }
        }
        Snapshot.User rest = others.read();
        if (rest.latencies().count() > 0) {
            all.add(rest);
        }
        return all;
    }
}
