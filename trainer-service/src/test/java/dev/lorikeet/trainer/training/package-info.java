@NullMarked
package dev.lorikeet.trainer.training;

import org.jspecify.annotations.NullMarked;
