"""What Pillow makes of the same pictures, and how close results come to lossless scaling.

Commands, each printing one JSON object:
  make KIND WIDTH HEIGHT FORMAT FILE   draws a picture and saves it
  time SOURCE LIMIT                    one JPEG conversion, after one that warms up
  judge SOURCE LIMIT FORMAT OURS       Pillow's file beside ours

SSIM is of luma (ITU-R 601), over 8 x 8 windows of equal weight, one every four pixels.
"""

import io
import json
import math
import sys
import time

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Image.MAX_IMAGE_PIXELS = None

SAVE_OPTIONS = {
    "jpeg": {"quality": 85, "optimize": True},
    "png": {"compress_level": 6, "optimize": True},
    "webp": {"quality": 85, "method": 6},
}
SOURCE_OPTIONS = {
    "jpeg": {"quality": 95},
    "png": {"compress_level": 1},
    "webp": {"quality": 95, "method": 0},
}
WORDS = "the queue is fair and every tenant waits for no more than what already runs 0123456789"


def scaled(image, limit):
    width, height = image.size
    longest = max(width, height)
    if longest <= limit:
        return image
    size = (max(1, width * limit // longest), max(1, height * limit // longest))
    return image.resize(size, Image.Resampling.LANCZOS)


def encoded(image, format):
    out = io.BytesIO()
    image.save(out, format.upper(), **SAVE_OPTIONS[format])
    return out


def convert(source, limit, format):
    return encoded(scaled(Image.open(source).convert("RGB"), limit), format)


def time_conversion(source, limit):
    convert(source, limit, "jpeg")
    wall, cpu = time.perf_counter(), time.process_time()
    size = convert(source, limit, "jpeg").tell()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"wallMs": wall * 1000, "cpuMs": cpu * 1000, "bytes": size}


def judge(source, limit, format, ours):
    wanted = scaled(Image.open(source).convert("RGB"), limit)
    theirs = encoded(wanted, format)
    mine = Image.open(ours)
    return {
        "sameSize": mine.size == wanted.size,
        "pillowBytes": theirs.tell(),
        "pillowSsim": ssim(wanted, Image.open(theirs)),
        "ourSsim": ssim(wanted, mine) if mine.size == wanted.size else 0.0,
    }


def ssim(first, second):
    x, y = luma(first), luma(second)
    mean_x, mean_y = window_means(x), window_means(y)
    var_x = window_means(x * x) - mean_x**2
    var_y = window_means(y * y) - mean_y**2
    cov = window_means(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * mean_x * mean_y + c1) * (2 * cov + c2)
    return float(np.mean(top / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))))


def luma(image):
    return np.asarray(image.convert("RGB").convert("L"), dtype=np.float64)


def window_means(values):
    sums = np.zeros((values.shape[0] + 1, values.shape[1] + 1))
    np.cumsum(np.cumsum(values, axis=0), axis=1, out=sums[1:, 1:])
    total = sums[8:, 8:] - sums[:-8, 8:] - sums[8:, :-8] + sums[:-8, :-8]
    return total[::4, ::4] / 64


def photo(width, height, random):
    """Structure of all sizes, objects with edges, and the noise of a sensor."""
    pixels = np.full((height, width, 3), 118.0, dtype=np.float32)
    for octave in range(2, 10):
        step = 2**octave
        grid = (math.ceil(height / step) + 1, math.ceil(width / step) + 1)
        for channel in range(3):
            noise = Image.fromarray(random.standard_normal(grid).astype(np.float32))
            strength = 3.2 * 1.45 ** (octave - 2)
            smooth = np.asarray(noise.resize((width, height), Image.Resampling.BICUBIC))
            pixels[:, :, channel] += strength * smooth * (1, 0.9, 1.1)[channel]
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    objects = image.copy()
    draw = ImageDraw.Draw(objects)
    for _ in range(60):
        left, top = random.uniform(0, width), random.uniform(0, height)
        size = random.uniform(0.02, 0.15) * width
        colour = tuple(int(value) for value in random.uniform(20, 235, 3))
        draw.ellipse((left, top, left + size, top + size * random.uniform(0.4, 1.4)), fill=colour)
    mixed = np.asarray(Image.blend(image, objects, 0.6), dtype=np.float32)
    mixed += random.normal(0, 2.5, mixed.shape).astype(np.float32)
    return Image.fromarray(mixed.clip(0, 255).astype(np.uint8))


def screenshot(width, height, random):
    """Windows in flat colours, thin lines and small text."""
    image = Image.new("RGB", (width, height), (236, 239, 244))
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        left, top = (int(random.uniform(0, 0.7) * side) for side in (width, height))
        right, bottom = left + width // 4, top + height // 4
        paper = tuple(int(value) for value in random.choice([(255, 255, 255), (30, 34, 42)]))
        ink = (40, 44, 52) if paper[0] > 128 else (220, 223, 228)
        draw.rectangle((left, top, right, bottom), fill=paper, outline=(90, 96, 110))
        bar = tuple(int(value) for value in random.integers(60, 220, 3))
        draw.rectangle((left, top, right, top + 36), fill=bar)
        write_lines(draw, (left + 12, top + 48, right, bottom), 18, ink, random)
    return image


def scan(width, height, random):
    """A printed page, slightly askew, on paper with grain and uneven light."""
    page = Image.new("L", (width, height), 246)
    margin = width // 12
    box = (margin, margin, width - margin, height - margin)
    write_lines(ImageDraw.Draw(page), box, max(24, width // 90), 28, random)
    page = page.rotate(1.3, Image.Resampling.BICUBIC, fillcolor=246)
    pixels = np.asarray(page, dtype=np.float32)
    light = np.linspace(0, -18, width, dtype=np.float32)[None, :]
    pixels = pixels + light + random.normal(0, 3.5, pixels.shape).astype(np.float32)
    warm = np.stack([pixels, pixels - 3, pixels - 9], axis=2)
    return Image.fromarray(warm.clip(0, 255).astype(np.uint8))


def line_art(width, height, random):
    """Black strokes of one to six pixels on white."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(260):
        ends = [(random.uniform(0, width), random.uniform(0, height)) for _ in range(2)]
        draw.line(ends, fill="black", width=int(random.integers(1, 7)))
    for _ in range(120):
        left, top = random.uniform(0, width), random.uniform(0, height)
        size = random.uniform(20, width / 5)
        stroke = int(random.integers(1, 7))
        draw.ellipse((left, top, left + size, top + size), outline="black", width=stroke)
    return image


def write_lines(draw, box, size, ink, random):
    left, top, right, bottom = box
    font = ImageFont.load_default(size)
    words = WORDS.split()
    for y in range(int(top), int(bottom - size), int(size * 1.5)):
        line = ""
        while True:
            longer = line + " " + str(random.choice(words))
            if left + draw.textlength(longer, font) > right - size:
                break
            line = longer
        draw.text((left, y), line.strip(), fill=ink, font=font)


KINDS = {"photo": photo, "screenshot": screenshot, "scan": scan, "line art": line_art}


def make(kind, width, height, format, file):
    picture = KINDS[kind](int(width), int(height), np.random.default_rng(7))
    picture.save(file, format.upper(), **SOURCE_OPTIONS[format])
    return {}


COMMANDS = {
    "make": make,
    "time": lambda source, limit: time_conversion(source, int(limit)),
    "judge": lambda source, limit, format, ours: judge(source, int(limit), format, ours),
}

command, *arguments = sys.argv[1:]
print(json.dumps(COMMANDS[command](*arguments)))
