namespace Imaging;

/// <summary>Order of the axes in a model's image tensor.</summary>
public enum TensorLayout
{
    /// <summary>[N, channels, height, width].</summary>
    Nchw,

    /// <summary>[N, height, width, channels].</summary>
    Nhwc,
}

/// <summary>The channels a model wants, in order.</summary>
public enum ColourOrder
{
    Rgb,
    Bgr,

    /// <summary>One channel: (19595 R + 38470 G + 7471 B + 32768) / 65536, Pillow's convert("L"), taken before resizing.</summary>
    Gray,
}

/// <summary>How a picture of any shape becomes one of the model's.</summary>
public enum ResizeMode
{
    /// <summary>Both sides to the model's, whatever that does to the proportions.</summary>
    Stretch,

    /// <summary>Proportions kept, the model's rectangle covered, and its centre cut out (torchvision's Resize and CenterCrop).</summary>
    CoverCrop,

    /// <summary>Proportions kept, the whole picture centred on <see cref="ImageInput.PadColour"/> (Pillow's ImageOps.pad).</summary>
    Contain,
}

/// <summary>What becomes of transparency before the picture is resized.</summary>
public enum AlphaMode
{
    /// <summary>The alpha channel is left out, as Pillow's convert("RGB") does; transparent pixels show the colour that the file happens to hold.</summary>
    Drop,

    /// <summary>The picture is pasted on white with its alpha as the mask.</summary>
    White,
}

/// <summary>The resampling filter; both widen when shrinking (antialiased), as Pillow's do.</summary>
public enum Interpolation
{
    Bilinear,
    Bicubic,
}

/// <summary>What a model expects of an image: the <c>input</c> of a model package.</summary>
public sealed record ImageInput
{
    /// <summary>Pixels per row.</summary>
    public required int Width { get; init; }

    /// <summary>Rows.</summary>
    public required int Height { get; init; }

    public TensorLayout Layout { get; init; } = TensorLayout.Nchw;

    public ColourOrder Colour { get; init; } = ColourOrder.Rgb;

    public ResizeMode Resize { get; init; } = ResizeMode.Stretch;

    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>For <see cref="ResizeMode.CoverCrop"/>: length of the shorter side in pixels before the centre is cut out, as in "256, then crop 224". Absent: as small as still covers.</summary>
    public int? ResizeShorterSide { get; init; }

    /// <summary>For <see cref="ResizeMode.Contain"/>: red, green, blue of the border, before normalisation. A gray model gets its luminance.</summary>
    public byte[] PadColour { get; init; } = [0, 0, 0];

    /// <summary>What becomes of transparency.</summary>
    public AlphaMode Alpha { get; init; } = AlphaMode.Drop;

    /// <summary>Whether a JPEG much larger than needed may be decoded at 1/2, 1/4 or 1/8 of its size: faster, and not exact. It stays at least twice as large as what it is resized to.</summary>
    public bool FastDecode { get; init; }

    /// <summary>Each channel value v of 0..255 becomes (v · Scale − Mean) / Std. 1/255 where absent.</summary>
    public float Scale { get; init; } = 1f / 255;

    /// <summary>Per channel in the order of <see cref="Colour"/>, in units of v · <see cref="Scale"/>. Absent or empty: 0.</summary>
    public float[] Mean { get; init; } = [];

    /// <summary>Per channel in the order of <see cref="Colour"/>. Absent or empty: 1.</summary>
    public float[] Std { get; init; } = [];

    /// <summary>1 for gray, else 3.</summary>
    public int Channels => Colour == ColourOrder.Gray ? 1 : 3;

    /// <exception cref="ArgumentException">A field makes no sense; the message names it.</exception>
    public void Validate()
    {
        const int maxSide = 8192;
        Require(Width is >= 1 and <= maxSide, nameof(Width), $"must be 1 to {maxSide} pixels");
        Require(Height is >= 1 and <= maxSide, nameof(Height), $"must be 1 to {maxSide} pixels");
        Require(Enum.IsDefined(Layout), nameof(Layout), "is unknown");
        Require(Enum.IsDefined(Colour), nameof(Colour), "is unknown");
        Require(Enum.IsDefined(Resize), nameof(Resize), "is unknown");
        Require(Enum.IsDefined(Alpha), nameof(Alpha), "is unknown");
        Require(Enum.IsDefined(Interpolation), nameof(Interpolation), "is unknown");
        Require(float.IsFinite(Scale) && Scale != 0, nameof(Scale), "must be a finite number other than 0");
        RequirePerChannel(Mean, nameof(Mean));
        RequirePerChannel(Std, nameof(Std));
        Require(Array.TrueForAll(Std, s => s != 0), nameof(Std), "must not hold 0");
        Require(PadColour is { Length: 3 }, nameof(PadColour), "needs 3 values: red, green, blue");
        if (ResizeShorterSide is { } side)
        {
            Require(Resize == ResizeMode.CoverCrop, nameof(ResizeShorterSide), "goes with Resize = CoverCrop only");
            Require(side >= Math.Max(Width, Height) && side <= maxSide, nameof(ResizeShorterSide), $"must be at least Width and Height, and at most {maxSide} pixels");
        }
    }

    private void RequirePerChannel(float[] values, string name)
    {
        Require(values is not null && (values.Length == 0 || values.Length == Channels), name, $"needs {Channels} values for {Colour}, or none");
        Require(Array.TrueForAll(values!, float.IsFinite), name, "must hold finite numbers");
    }

    private static void Require(bool holds, string name, string what)
    {
        if (!holds)
            throw new ArgumentException($"ImageInput.{name} {what}.", name);
    }
}
