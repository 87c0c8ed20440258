using Imaging;
using TestSupport;

namespace Accuracy.Imaging;

/// <summary>What became of one file here, compared with Pillow.</summary>
internal sealed record PillowOutcome(string Kind, string Text, int Worst = 0);

/// <summary>Why a file is not what Pillow makes of it.</summary>
/// <param name="Kind">The outcome expected.</param>
/// <param name="MaxDifference">Levels, where pixels differ.</param>
/// <param name="Only">The alpha mode in which it differs; null for both.</param>
internal sealed record PillowException(string Kind, string Reason, int MaxDifference = 0, AlphaMode? Only = null)
{
    internal bool Covers(PillowOutcome outcome) => outcome.Kind == Kind && outcome.Worst <= MaxDifference;
}

/// <summary>Every file of the collection that we treat otherwise than Pillow 9.4 does.</summary>
internal static class PillowExceptions
{
    private static readonly PillowException NewHeader = new("decoded here only", "a valid BMP header or mask that Pillow came to know later");
    private static readonly PillowException LongPalette = new("decoded here only", "the palette is longer than indices reach; the rest of it is not needed");
    private static readonly PillowException OddRuns = new("different", "Pillow loses a pixel of every run of odd length in 4-bit RLE; ours equals the same picture stored plainly", 255);
    private static readonly PillowException Gray16 = new("different", "16-bit gray: Pillow clips at 255, we take the upper 8 bits, as both do for colour", 255);
    private static readonly PillowException Premultiplied = new("different", "premultiplied alpha: rounding when it is divided out", 1, AlphaMode.Drop);
    private static readonly PillowException Lab = new("refused here", "CIE Lab needs a colour profile to become RGB");

    private static readonly Dictionary<string, PillowException> Known = new()
    {
        ["bmpsuite/badpalettesize.bmp"] = LongPalette,
        ["image-rs-bmp/badpalettesize.bmp"] = LongPalette,
        ["image-rs-bmp/pal8oversizepal.bmp"] = LongPalette,
        ["bmpsuite/badrle.bmp"] = OddRuns,
        ["bmpsuite/pal4rle.bmp"] = OddRuns,
        ["bmpsuite/pal4rletrns.bmp"] = OddRuns,
        ["image-rs-bmp/badrle.bmp"] = OddRuns,
        ["image-rs-bmp/pal4rletrns.bmp"] = OddRuns,
        ["bmpsuite/rgb32h52.bmp"] = NewHeader,
        ["bmpsuite/rgba16-4444.bmp"] = NewHeader,
        ["bmpsuite/rgba32h56.bmp"] = NewHeader,
        ["image-rs-bmp/V3_A1_R5_G5_B5.bmp"] = NewHeader,
        ["image-rs-bmp/V3_A1_R5_G5_B5_Top_Down.bmp"] = NewHeader,
        ["image-rs-bmp/V3_A4_R4_G4_B4.bmp"] = NewHeader,
        ["image-rs-bmp/V3_A4_R4_G4_B4_Top_Down.bmp"] = NewHeader,
        ["image-rs-bmp/V3_R5_G6_B5.bmp"] = NewHeader,
        ["image-rs-bmp/V3_R5_G6_B5_Top_Down.bmp"] = NewHeader,
        ["image-rs-bmp/V3_X4_R4_G4_B4.bmp"] = NewHeader,
        ["image-rs-bmp/V3_X8_R8_G8_B8.bmp"] = NewHeader,
        ["image-rs-bmp/rgb16-231.bmp"] = NewHeader,
        ["image-rs-bmp/rgba16-1924.bmp"] = NewHeader,
        ["image-rs-bmp/rgba32.bmp"] = NewHeader,
        ["image-rs-bmp/rgba32abf.bmp"] = NewHeader,
        ["image-rs-bmp/rle_overflow.bmp"] = new("decoded here only", "ends before its last pixel with a proper end mark; what is missing is colour 0"),
        ["image-rs-bmp/V5_A1_R5_G5_B5.bmp"] = new("different", "Pillow does not read the alpha of 16-bit BMPs", 255, AlphaMode.White),
        ["image-rs-tiff/hpredict.tiff"] = Premultiplied,
        ["image-rs-tiff/hpredict_packbits.tiff"] = Premultiplied,
        ["image-rs-tiff/ycbcr_lzw_bt709.tif"] = new("decoded here only", "libtiff unpacks its YCbCr, Pillow's own code misreads it as truncated"),
        ["libvips/ojpeg-tile.tif"] = new("refused here", "TIFF's old JPEG was given up in 1995; libtiff makes a black picture of it"),
        ["pillow/12in16bit.tif"] = Gray16,
        ["pillow/16bit.MM.deflate.tif"] = Gray16,
        ["pillow/16bit.cropped.tif"] = Gray16,
        ["pillow/16bit.deflate.tif"] = Gray16,
        ["pillow/16bit.r.tif"] = Gray16,
        ["pillow/16bit.s.tif"] = new("refused here", "signed channels have no agreed black and white"),
        ["pillow/hopper.Lab.tif"] = Lab,
        ["pillow/lab-green.tif"] = Lab,
        ["pillow/lab-red.tif"] = Lab,
        ["pillow/hopper_lzma.tif"] = new("refused here", "libvips is built without LZMA in TIFF"),
        ["pillow/truncated_exif_dpi.jpg"] = new("decoded here only", "Pillow fails on a resolution tag in the EXIF block; the picture is whole"),
    };

    internal static IEnumerable<string> Names => Known.Keys;

    internal static PillowException? Find(string name, AlphaMode alpha) =>
        Known.TryGetValue(name, out var known) && (known.Only ?? alpha) == alpha ? known : null;

    /// <summary>As the manifest of the collection has it.</summary>
    internal static string NameOf(string file) => Path.GetRelativePath(SuiteData.Path("decode"), file).Replace('\\', '/');
}
