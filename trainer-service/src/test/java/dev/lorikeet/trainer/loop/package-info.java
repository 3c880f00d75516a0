@NullMarked
package dev.lorikeet.trainer.loop;

import org.jspecify.annotations.NullMarked;
