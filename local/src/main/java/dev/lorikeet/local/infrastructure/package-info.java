/** Broker and store together: one process that outlives the services. */
@NullMarked
package dev.lorikeet.local.infrastructure;

import org.jspecify.annotations.NullMarked;
