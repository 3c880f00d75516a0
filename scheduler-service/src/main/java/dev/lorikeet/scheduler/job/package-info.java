/** A job: its states, attempts, outcome and the rule for retries. Plain Java. */
@NullMarked
package dev.lorikeet.scheduler.job;

import org.jspecify.annotations.NullMarked;
