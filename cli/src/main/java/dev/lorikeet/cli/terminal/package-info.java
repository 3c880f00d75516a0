/** What people see: tables, live progress, failures with advice. */
@NullMarked
package dev.lorikeet.cli.terminal;

import org.jspecify.annotations.NullMarked;
