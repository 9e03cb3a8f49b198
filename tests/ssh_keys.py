"""Public SSH keys, made once by ssh-keygen for the tests: nobody has their private halves."""

import shutil
from typing import Final

import pytest

from keytui.services import ssh_keygen

needs_ssh_keygen = pytest.mark.skipif(
    shutil.which("ssh-keygen", path=ssh_keygen.PATH) is None, reason="there is no ssh-keygen"
)

ED25519: Final = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICPvIrs5gywXlZPnttPJDQBHL4W9k47Z2sFYbtJIT2cR"
OTHER: Final = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGB2a9/FqrSBQDWzDS77DC4zLzrXhZA+jYVkCDJjJjOk"
ECDSA_256: Final = (
    "ecdsa-sha2-nistp256 "
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBNZn5h2aiT6X+cSFO4IzuhZn"
    "yeU46cnDBEsGX++U7Pk59fS0L+0ag04sDnDcE4gIujlMylo8ER5PKE/ymZjumUI="
)
ECDSA_384: Final = (
    "ecdsa-sha2-nistp384 "
    "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBHIH0exOWIYRK/UNNLE8D7Wi"
    "C5D0MZ8iCPA1fnF7lg0yvYwoEE681LA7zk7K/iBW+ngENBxXAMqjgE3tpdrif15drNS3vcZocHSK"
    "BIOcNig0z+PpE1guiVYtnubfp1OgNg=="
)
ECDSA_521: Final = (
    "ecdsa-sha2-nistp521 "
    "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAG6/sHslX84KXALgAhUFZAP"
    "g6jODNs+m8TiI29UFR3/4lzIxLGir/8SHbOOgsEppFSKsUinIDjPwN2axpbnieaeGwAVuHsS5hc7"
    "UlWSAUrUeIxe24O6knrTVrMk860CwdjvQwhI5DF7mXOqDVwne0imEp16fBW/E846RVq+2jVfCQWN"
    "uQ=="
)
RSA_3072: Final = (
    "ssh-rsa "
    "AAAAB3NzaC1yc2EAAAADAQABAAABgQDHl/wm49PW/c3soOF0IA8cUuww5zT2dRFNvUnN2BmcO4IY"
    "tEq2V4EJ1MrqB3dDdsXChQtre9h3sPu3vQDu/Xvp3fLUmAUyrVn0D7cOGyYVPriyCPGLv/+JXkpq"
    "Blw50l+stSxMXe40PBGR2hZ3O/HNXY4LLhplVgaOdmtTwcTfcg4nevW1ocol5qOZWzWX0X7xGe9E"
    "/YVr2M8utSGxkaTAXfCN74AE/NPB7zclWGc8IyFNjGkAJ3i/UAl6X3bVbRnYaJHV7x5NZGESeboK"
    "T0Pc9KPFDd7R+MrafR2I3/FwewBo2OMJhsKegt7PFEfOGMGRJWY+llPR6wXuPu61M8h3THI1r9jd"
    "3flbonJ3oIJQAqYQaPA4bEjMyLGe/VScj1khACDtVyQvyweyDokpkADijfBZaDiRQcO0Q5q2WEi3"
    "g8ma+uXE91ZGjXmeG8ovoPuxKm2BYAmp2A7+fW9prliurgzNvHZ1z9q/afftCqOw1k9srV8NlnW1"
    "/MwnIVv4i3M="
)
SK_ED25519: Final = (
    "sk-ssh-ed25519@openssh.com "
    "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAICPvIrs5gywXlZPnttPJDQBHL4W9k47Z"
    "2sFYbtJIT2cRAAAABHNzaDo="
)
SK_ECDSA: Final = (
    "sk-ecdsa-sha2-nistp256@openssh.com "
    "AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBNZn"
    "5h2aiT6X+cSFO4IzuhZnyeU46cnDBEsGX++U7Pk59fS0L+0ag04sDnDcE4gIujlMylo8ER5PKE/y"
    "mZjumUIAAAAEc3NoOg=="
)
RSA_2048: Final = (
    "ssh-rsa "
    "AAAAB3NzaC1yc2EAAAADAQABAAABAQCuRXt6oXlgi4g4plrcz8cPLFFt3j+pB4gsBWkAXb0Y1Gqb"
    "BPUflUFEf7i/YgHaNaQk2UM/uR9fWt24zp1OOlVLwUCGLOiBABNlSvdklGDG7i8eFMboFsL1/E3U"
    "XKFSMqk5RmF5WPJIQMdEpqIVwRwItRFHMgyUeCDgb02usmRYoaGKX73NNmkIupQLNVURWHdjUHMt"
    "wjZ+6TErKMzJCjGYuxwOiKX4vEg7g7MynM/poX2DIzKomVmdQyy5s+Ndutf1cV6rPjGlWObqsWmQ"
    "pm55srKBWgUDbL+umeEJ0oSrjKfayprK53bc1EtdFbVVnU94DPWTHt0cVNSTWbAHHzFr"
)
DSA: Final = (
    "ssh-dss "
    "AAAAB3NzaC1kc3MAAACBALHapxDg68l8nUjIjYc5DBxhCvvXcvzCBQLJa+Er+eeQhuCQYJUa56TK"
    "GdgVw4noxcmhIBgDohlfTM2CQsVoQsx93Bs40HNZpj3oOvK66zYoyX9Uic4ocIzRzTAT6q7vMUZ8"
    "O02AIzm6tHvhWPM3CtnoSNhhbNIcsDeygYe7snkRAAAAFQCzz1R5LFdgvVSsHsaKb9n1TpoGHwAA"
    "AIBxi3+eFXqDRfCE1ttgFPLyzwF1nawEUISLzpV5JuIlhlvh8C+83xbFVJTafz0P0GIGDcGX2WS5"
    "43ysdwxqCzv38MitIBpuCeGwhGc4iHirGw7rmz5411KVAEZEixnrZg5bKsmS8Xy98cUTo8UdanrL"
    "eW/wjHHjacXGPXRtDY/+YQAAAIBGsnGxsvOAEDwt6/I1dycPCOZAwU15CykWP7afu2DBZ/22VfNh"
    "xL7ehO+OQbQlRd3qnnA5+bRXQf4UuPMbOgcIrbkl5omE+R8RE3zwezlwQj9SsH5ndcufnWFY9Vw7"
    "QyQ2pqOcdXxjn41N/+sjmShsjL1RHRjjDGnnlYgokzy3Gg=="
)
CERTIFICATE: Final = (
    "ssh-ed25519-cert-v01@openssh.com "
    "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIGPNmXOHLP2BIVc6af7+ACf9"
    "4jKFWC2k0ROI94jl67RRAAAAICPvIrs5gywXlZPnttPJDQBHL4W9k47Z2sFYbtJIT2cRAAAAAAAA"
    "AAAAAAABAAAAAXgAAAAJAAAABW1hcmlhAAAAAAAAAAD//////////wAAAAAAAACCAAAAFXBlcm1p"
    "dC1YMTEtZm9yd2FyZGluZwAAAAAAAAAXcGVybWl0LWFnZW50LWZvcndhcmRpbmcAAAAAAAAAFnBl"
    "cm1pdC1wb3J0LWZvcndhcmRpbmcAAAAAAAAACnBlcm1pdC1wdHkAAAAAAAAADnBlcm1pdC11c2Vy"
    "LXJjAAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIKxE6UwpQU6rpY6Cgn4Zq0Eo0ouz4ziJ"
    "/TWqXuUuMJ4XAAAAUwAAAAtzc2gtZWQyNTUxOQAAAEDnblbFxw1FQV8RWuS+wJVKgE/lpc4/we7p"
    "zzHNZ7Bpw2ofUB6+XcQTpnmJ/bjMgDKmqWC5bizoIJRoHR00y/EA"
)

FINGERPRINTS: Final = {
    ED25519: "SHA256:dBigxpZ/lNkznIO/wvPSjHBPzU1eGts5fyNaouMmIMI",
    OTHER: "SHA256:NDse7myMF+lbE0qS1l05NKvvyHXk8EETxqF82CVUV3U",
    ECDSA_256: "SHA256:hHWq7dZMP6RwiyOPpy8C7ZXRpsJxLqTLa0sI5Vtrfs4",
    ECDSA_384: "SHA256:3pSaekmGhmR2yMU1RqxDe6Y+s7X5rKIIKLAjK3MRxrU",
    ECDSA_521: "SHA256:S0e+v/QjHyVu3aUsfi++IbV58Ja0aelww+LPNk/fRv4",
    RSA_3072: "SHA256:1eD80ujuVsXKkD8I+UACM968C/yNVczgmyyHct2yL+Y",
    SK_ED25519: "SHA256:GxOG2+PdVdwQhG10EqAJ9viFWRCxw1BtKbNQ6JXll/I",
    SK_ECDSA: "SHA256:r4OOZnc8mqR/xfC6IXum6bm+OfSeF58TwknZvxWAsJQ",
}
"""Of each key that may sign in: what ``ssh-keygen -l`` prints."""
