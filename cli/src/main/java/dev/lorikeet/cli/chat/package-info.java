/** The command {@code chat}. */
@NullMarked
package dev.lorikeet.cli.chat;

import org.jspecify.annotations.NullMarked;
