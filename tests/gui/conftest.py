"""Every test of the window draws into memory: no display is needed and none is disturbed."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
