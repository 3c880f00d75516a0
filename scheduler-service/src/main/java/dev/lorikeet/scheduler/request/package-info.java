/** What tenants ask for: its shape, its limits, its defaults. Plain Java. */
@NullMarked
package dev.lorikeet.scheduler.request;

import org.jspecify.annotations.NullMarked;
