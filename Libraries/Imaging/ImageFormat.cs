namespace Imaging;

/// <summary>A file format that is recognised by its first bytes. Which of them are decoded: <see cref="ImageDecoder.AcceptedFormats"/>.</summary>
public enum ImageFormat
{
    Jpeg,
    Png,
    WebP,
    Gif,
    Tiff,
    Bmp,
    Avif,
}
