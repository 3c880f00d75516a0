/** Between the contracts and the core: one mapper a direction. */
@NullMarked
package dev.lorikeet.scheduler.protobuf;

import org.jspecify.annotations.NullMarked;
