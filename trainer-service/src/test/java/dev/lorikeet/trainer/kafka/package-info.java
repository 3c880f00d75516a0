@NullMarked
package dev.lorikeet.trainer.kafka;

import org.jspecify.annotations.NullMarked;
