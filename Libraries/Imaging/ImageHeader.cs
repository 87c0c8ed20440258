namespace Imaging;

/// <summary>What a file says of itself before it is decoded.</summary>
/// <param name="Format">By the file's first bytes, never by its name.</param>
/// <param name="Width">Pixels per row as stored, before orientation.</param>
/// <param name="Height">Rows as stored, before orientation.</param>
/// <param name="Orientation">EXIF orientation 1 to 8; 1 where the file has none. 5 to 8 swap width and height.</param>
public readonly record struct ImageHeader(ImageFormat Format, int Width, int Height, int Orientation);
