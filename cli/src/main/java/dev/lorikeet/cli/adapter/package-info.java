/** The command {@code adapters}. */
@NullMarked
package dev.lorikeet.cli.adapter;

import org.jspecify.annotations.NullMarked;
