/** One thread owns the trainer's state: it takes commands, asks the core, and carries the effects out. */
@NullMarked
package dev.lorikeet.trainer.loop;

import org.jspecify.annotations.NullMarked;
