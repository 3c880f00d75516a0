/** The service: settings, wiring, health, metrics. */
@NullMarked
package dev.lorikeet.scheduler.quarkus;

import org.jspecify.annotations.NullMarked;
