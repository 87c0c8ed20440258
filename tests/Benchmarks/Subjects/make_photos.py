"""make_photos.py <source folder> <target folder> <width> <height> <count>: JPEGs of one size, cut out of the largest photos."""
import os
import sys

from PIL import Image, ImageOps

source, target, width, height, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])


def pixels(path):
    with Image.open(path) as image:
        return image.width * image.height


photos = sorted(os.path.join(source, name) for name in os.listdir(source) if name.lower().endswith((".jpeg", ".jpg")))
# The largest: those are scaled up the least.
largest = sorted(photos, key=lambda path: (-pixels(path), path))[:count]
os.makedirs(target, exist_ok=True)
for index, path in enumerate(largest):
    with Image.open(path) as image:
        fitted = ImageOps.fit(image.convert("RGB"), (width, height), Image.BICUBIC)
    fitted.save(os.path.join(target, f"{index:03}.jpg"), quality=85)
