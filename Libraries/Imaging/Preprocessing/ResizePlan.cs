namespace Imaging;

/// <summary>
/// One axis of a resize: the source's <paramref name="Source"/> pixels become <paramref name="Resized"/>, of which
/// <paramref name="Count"/> from <paramref name="First"/> on are computed and land at <paramref name="Target"/> of the output.
/// </summary>
internal readonly record struct AxisPlan(int Source, int Resized, int First, int Count, int Target);

/// <summary>The geometry of one resize. Only what the output shows is ever computed.</summary>
internal readonly record struct ResizePlan(AxisPlan X, AxisPlan Y)
{
    internal static ResizePlan For(ImageInput input, int width, int height) => input.Resize switch
    {
        ResizeMode.CoverCrop => CoverCrop(input, width, height),
        ResizeMode.Contain => Contain(input, width, height),
        _ => new(new(width, input.Width, 0, input.Width, 0), new(height, input.Height, 0, input.Height, 0)),
    };

    private static ResizePlan CoverCrop(ImageInput input, int width, int height)
    {
        var (w, h) = Cover(input, width, height);
        return new(Crop(width, w, input.Width), Crop(height, h, input.Height));
    }

    /// <summary>torchvision's Resize: the side that decides is met exactly, the other is rounded down.</summary>
    private static (int Width, int Height) Cover(ImageInput input, int width, int height)
    {
        if (input.ResizeShorterSide is { } side)
            return width <= height ? (side, Scale(height, side, width)) : (Scale(width, side, height), side);
        return (long)input.Width * height >= (long)input.Height * width
            ? (input.Width, Scale(height, input.Width, width))
            : (Scale(width, input.Height, height), input.Height);
    }

    /// <summary>torchvision's CenterCrop: half a pixel goes to the even side, as Python rounds.</summary>
    private static AxisPlan Crop(int source, int resized, int count) =>
        new(source, resized, (int)Math.Round((resized - count) / 2.0), count, 0);

    private static int Scale(int length, int to, int from) => (int)((long)length * to / from);

    /// <summary>Pillow's ImageOps.pad: the longer side is met exactly, the other rounded half to even.</summary>
    private static ResizePlan Contain(ImageInput input, int width, int height)
    {
        var (w, h) = (input.Width, input.Height);
        var ratio = (double)width / height;
        var wanted = (double)w / h;
        if (ratio > wanted)
            h = Math.Max(1, (int)Math.Round((double)height / width * w));
        else if (ratio < wanted)
            w = Math.Max(1, (int)Math.Round((double)width / height * h));
        return new(Centre(width, w, input.Width), Centre(height, h, input.Height));
    }

    private static AxisPlan Centre(int source, int resized, int available) =>
        new(source, resized, 0, resized, (int)Math.Round((available - resized) * 0.5));
}
