/** Which platform a command talks to, and as whom. */
@NullMarked
package dev.lorikeet.cli.platform;

import org.jspecify.annotations.NullMarked;
