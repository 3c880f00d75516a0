/** Which adapters are in memory: single-flight loads, leases, eviction within a budget of bytes. Pure. */
@NullMarked
package dev.lorikeet.serving.residency;

import org.jspecify.annotations.NullMarked;
