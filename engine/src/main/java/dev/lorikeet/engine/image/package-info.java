/** Pictures that a model looks at: checked, decoded, brought to a fixed square and cut into patches. */
@NullMarked
package dev.lorikeet.engine.image;

import org.jspecify.annotations.NullMarked;
