/** Everything on one machine. */
@NullMarked
package dev.lorikeet.local;

import org.jspecify.annotations.NullMarked;
