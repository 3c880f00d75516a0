/** The tensor runtime: starts DJL's PyTorch once, compiles TorchScript source of ours, calls its methods. */
@NullMarked
package dev.lorikeet.engine.script;

import org.jspecify.annotations.NullMarked;
