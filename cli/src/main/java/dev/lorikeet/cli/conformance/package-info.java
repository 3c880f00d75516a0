/** The command {@code conformance}. */
@NullMarked
package dev.lorikeet.cli.conformance;

import org.jspecify.annotations.NullMarked;
