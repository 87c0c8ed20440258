namespace Imaging;

/// <summary>What was made into a model's input.</summary>
/// <param name="Format">Of the file.</param>
/// <param name="Width">Pixels per row of the file's picture, after orientation.</param>
/// <param name="Height">Rows, after orientation.</param>
/// <param name="Metrics">Of the picture as the model sees it.</param>
public readonly record struct PreparedImage(ImageFormat Format, int Width, int Height, ImageMetrics Metrics);
