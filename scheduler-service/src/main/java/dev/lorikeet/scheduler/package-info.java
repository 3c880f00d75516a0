/** The scheduler service. */
@NullMarked
package dev.lorikeet.scheduler;

import org.jspecify.annotations.NullMarked;
