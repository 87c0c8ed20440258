using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Imaging;

/// <summary>Starts libvips once per process, with everything switched off that decoding strangers' files does not need.</summary>
internal static unsafe class VipsRuntime
{
    private static readonly Lazy<bool> Started = new(Start);

    internal static void EnsureStarted() => _ = Started.Value;

    private static bool Start()
    {
        TuneMalloc();
        NativeLibrary.SetDllImportResolver(typeof(VipsRuntime).Assembly, Resolve);
        if (Vips.Init("imaging") != 0)
            throw new InvalidOperationException("libvips did not start.");
        Vips.SetLogHandler("VIPS", LogEveryLevel, &Ignore, null);

        Vips.BlockUntrusted(1);
        Vips.BlockOperation("VipsForeignLoad", 1);
        Vips.BlockOperation("VipsForeignSave", 1);
        foreach (var reader in FormatTable.Accepted.Select(format => format.Reader).OfType<VipsReader>())
            Vips.BlockOperation(reader.ClassName, 0);

        // Requests are the parallelism. A cache would keep callers' pictures, and never hit.
        Vips.SetConcurrency(1);
        Vips.SetCacheOperations(0);
        Vips.SetCacheBytes(0);
        Vips.SetCacheFiles(0);
        return true;
    }

    /// <summary>
    /// Keeps freed picture memory in the process: returning it costs ~15 % of the CPU time in page faults. Both settings are
    /// needed: setting either one ends glibc's own adjustment of the other, and the trim threshold alone makes decoding slower.
    /// </summary>
    private static void TuneMalloc()
    {
        const int trimThreshold = -1;
        const int mmapThreshold = -3;
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = Vips.MallocOption(trimThreshold, 256 * 1024 * 1024);
            _ = Vips.MallocOption(mmapThreshold, 32 * 1024 * 1024);
        }
        catch (Exception notGlibc) when (notGlibc is EntryPointNotFoundException or DllNotFoundException)
        {
            // musl has no such setting; decoding works without.
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search)
    {
        if (name != Vips.Library)
            return 0;
        var file = OperatingSystem.IsWindows() ? "libvips.dll" : OperatingSystem.IsMacOS() ? "libvips.dylib" : "libvips.so";
        var path = Path.Combine(AppContext.BaseDirectory, file);
        return NativeLibrary.TryLoad(path, out var handle)
            ? handle
            : throw new DllNotFoundException($"The image decoder {path} cannot be loaded. It is copied there by the build of Libraries/Imaging, from npm's @img/sharp-*: run 'npm ci --ignore-scripts' and build again.");
    }

    private const int LogEveryLevel = ~3;

    /// <summary>libvips would print its warnings about callers' files to standard error.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(byte* domain, int level, byte* message, void* state)
    {
    }
}
