"""A page on this machine where one draws, or drops a picture, and sees what a trained network makes of it."""
