/** Why a request is refused, with a stable code, the field at fault and what would be right. */
@NullMarked
package dev.lorikeet.serving.rejection;

import org.jspecify.annotations.NullMarked;
