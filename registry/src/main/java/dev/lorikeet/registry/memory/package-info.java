/** An object store in this process, for simulations and tests. */
@NullMarked
package dev.lorikeet.registry.memory;

import org.jspecify.annotations.NullMarked;
