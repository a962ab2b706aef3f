"""Networks in other programs' formats: ONNX, written and read."""
