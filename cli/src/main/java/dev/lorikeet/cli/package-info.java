/** The command line. */
@NullMarked
package dev.lorikeet.cli;

import org.jspecify.annotations.NullMarked;
