/** Child processes that do not outlive their parent. */
@NullMarked
package dev.lorikeet.local.process;

import org.jspecify.annotations.NullMarked;
