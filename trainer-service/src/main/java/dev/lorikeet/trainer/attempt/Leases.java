package dev.lorikeet.trainer.attempt;

import java.time.Duration;

/** The one rule about the length of leases. */
final class Leases {
    private Leases() {}

    static void check(Duration lease) {
        if (lease.isNegative() || lease.isZero()) {
            throw new IllegalArgumentException("a lease must be above zero: " + lease);
        }
    }
}
