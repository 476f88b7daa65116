// Package vad says, for every 32 ms of 16 kHz sound, how likely it is that somebody speaks in it.
//
// It computes the neural network Silero VAD v6 in plain Go. The weights are data in this folder
// (silero_v6.f32, with their licence in LICENSE.silero) and were taken out of the published ONNX
// file by tools/silero; the test compares with what ONNX's own runtime computes. In front of the
// network stands a gate on the loudness, since most of a conversation's silence needs no network.
//
// It owns the model and the gate. It decides nothing about turns, keeps no sound beyond the frame
// in work, and knows no clock: time is counted in samples. Start at [Detector].
package vad
