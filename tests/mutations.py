"""Files as disks, networks and enemies leave them."""

import random
import struct


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Flip bits of a file, replace its bytes, cut some out or double them, overwrite lengths, cut it off."""
    data = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 40))):
        at = chance.randrange(len(data)) if chance.random() < 0.5 else chance.randrange(min(len(data), 600))
        match chance.randrange(6):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at] = chance.choice((0, 0xFF, 0x7F, 0x80))
            case 2:
                del data[at : at + chance.randrange(1, 64)]
            case 3:
                data[at:at] = data[at : at + chance.randrange(1, 64)]
            case 4:
                data[at : at + 8] = struct.pack("<Q", chance.choice((0, 2**31, 2**63 - 1, 2**64 - 1)))
            case 5:
                data = data[:at] or data
        data = data or bytearray(b"\0")
    return bytes(data)
