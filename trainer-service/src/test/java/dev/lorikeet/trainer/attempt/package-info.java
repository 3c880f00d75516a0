@NullMarked
package dev.lorikeet.trainer.attempt;

import org.jspecify.annotations.NullMarked;
