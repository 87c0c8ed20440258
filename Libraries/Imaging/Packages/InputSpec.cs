namespace Imaging;

/// <summary>The <c>input</c> of a model package: how an image becomes the input tensor. A tabular model uses <c>kind</c> and <c>name</c> only.</summary>
/// <param name="Kind"><c>image</c>, or <c>rows</c> for a model with columns; may be left out.</param>
/// <param name="Name">The graph's input; null takes its only one.</param>
/// <param name="ShorterSide">For cover-crop: the shorter side after resizing, in pixels; absent means the crop's own size.</param>
/// <param name="AllowNonFinite">Whether tensors sent over the Open Inference Protocol may hold NaN and infinities; absent: only of a model with columns.</param>
/// <param name="Scale">Multiplies 0..255 first; then mean is subtracted and the result divided by std.</param>
/// <param name="PadColour">For contain: red, green, blue of the border, 0..255; black where absent.</param>
/// <param name="Alpha"><c>drop</c> leaves transparency out, <c>white</c> shows the picture on white.</param>
/// <param name="FastDecode">Lets a JPEG much larger than needed be decoded at a fraction of its size: faster, not exact.</param>
public sealed record InputSpec(
    string? Kind = null,
    string? Name = null,
    int Width = 0,
    int Height = 0,
    string Layout = "nchw",
    string Colour = "rgb",
    string Resize = "stretch",
    string Interpolation = "bilinear",
    int? ShorterSide = null,
    float Scale = 1,
    float[]? Mean = null,
    float[]? Std = null,
    int[]? PadColour = null,
    string Alpha = "drop",
    bool FastDecode = false,
    bool? AllowNonFinite = null);
