"""What Pillow makes of a list of image files: the reference for Imaging.

usage: pillow_reference.py LIST OUT
LIST   a text file with one image path per line.
OUT    a folder: N.rgb holds the pixels of line N [H, W, 3] uint8, N.white the same on white, N.<case> the resized picture [h, w, 3] uint8,
       and index.tsv one row per line: N, "ok" or "rejected", width, height, Pillow's mode, message.
"""
import os
import sys
import warnings

from PIL import Image, ImageOps

warnings.simplefilter("ignore")
BILINEAR, BICUBIC = Image.Resampling.BILINEAR, Image.Resampling.BICUBIC


def cover_crop(image, shorter, size, resample):
    """torchvision.transforms: Resize(shorter), then CenterCrop(size)."""
    width, height = image.size
    if width <= height:
        resized = shorter, int(shorter * height / width)
    else:
        resized = int(shorter * width / height), shorter
    left, top = int(round((resized[0] - size) / 2.0)), int(round((resized[1] - size) / 2.0))
    return image.resize(resized, resample).crop((left, top, left + size, top + size))


CASES = {
    "stretch-bilinear": lambda image: image.resize((224, 224), BILINEAR),
    "stretch-bicubic": lambda image: image.resize((260, 200), BICUBIC),
    "crop-bilinear": lambda image: cover_crop(image, 256, 224, BILINEAR),
    "crop-bicubic": lambda image: cover_crop(image, 256, 224, BICUBIC),
    "contain-bilinear": lambda image: ImageOps.pad(image, (320, 240), BILINEAR, color=(114, 114, 114)),
    "gray-bicubic": lambda image: image.convert("L").resize((96, 112), BICUBIC),
}


def turn_upright(file):
    """Where libtiff decodes, loading turns the picture already, and exif_transpose would turn it once more."""
    if getattr(file, "use_load_libtiff", False):
        file.load()
        return file
    return ImageOps.exif_transpose(file)


def paste_on_white(image):
    """The picture without its alpha, as one sees it on paper."""
    if "A" not in image.mode and "transparency" not in image.info:
        return image.convert("RGB")
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, (255, 255, 255))
    white.paste(image, mask=image)
    return white


def main(list_path, out):
    with open(list_path, encoding="utf-8") as lines, open(os.path.join(out, "index.tsv"), "w", encoding="utf-8") as index:
        for number, path in enumerate(lines.read().splitlines()):
            try:
                with Image.open(path) as file:
                    mode = file.mode
                    upright = turn_upright(file)
                    image, on_white = upright.convert("RGB"), paste_on_white(upright)
            except Exception as error:  # any refusal is a refusal: Pillow raises half a dozen types
                print(number, "rejected", 0, 0, "", str(error).splitlines()[0], sep="\t", file=index)
                continue
            print(number, "ok", *image.size, mode, "", sep="\t", file=index)
            with open(os.path.join(out, f"{number}.rgb"), "wb") as pixels:
                pixels.write(image.tobytes())
            with open(os.path.join(out, f"{number}.white"), "wb") as pixels:
                pixels.write(on_white.tobytes())
            for name, resize in CASES.items():
                with open(os.path.join(out, f"{number}.{name}"), "wb") as pixels:
                    pixels.write(resize(image).tobytes())


main(*sys.argv[1:])
