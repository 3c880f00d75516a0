/** The commands {@code up} and {@code down}: the whole platform on this machine. */
@NullMarked
package dev.lorikeet.cli.local;

import org.jspecify.annotations.NullMarked;
