using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Learning.Trees;

/// <summary>XGBoost's C API (1.7 and later), as far as it is needed.</summary>
internal static unsafe partial class XgBoost
{
    private const string Library = "xgboost";
    private static readonly string[] FileNames = OperatingSystem.IsWindows() ? ["xgboost.dll"] : OperatingSystem.IsMacOS() ? ["libxgboost.dylib"] : ["libxgboost.so.0", "libxgboost.so"];
    private static readonly Lazy<nint> Handle = new(() => Open(FileNames));

    static XgBoost() => NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => name == Library ? Handle.Value : 0);

    public static bool IsInstalled => Handle.Value != 0;

    /// <exception cref="LearningException">The library is not installed.</exception>
    public static void Require() => Require(Handle.Value);

    internal static void Require(nint handle)
    {
        if (handle == 0)
            throw new LearningException("learner", $"gradient-boosted-trees needs XGBoost's native library ({FileNames[0]}), which is not installed. On Debian or Ubuntu: apt-get install libxgboost0. logistic-regression works without it.");
    }

    internal static nint Open(params IEnumerable<string> fileNames) =>
        fileNames.Select(fileName => NativeLibrary.TryLoad(fileName, out var handle) ? handle : 0).FirstOrDefault(handle => handle != 0);

    /// <summary>Every call answers 0, or its reason is in the thread's last error.</summary>
    public static void Check(int answer, [CallerArgumentExpression(nameof(answer))] string call = "")
    {
        if (answer != 0)
            throw new InvalidOperationException($"{call.Split('(')[0].Split('.')[^1]}: {Reason(Marshal.PtrToStringUTF8(XGBGetLastError()))}");
    }

    /// <summary>An array of numbers as XGBoost takes it (numpy's array interface). The memory must stay where it is.</summary>
    public static byte[] Array(void* data, string type, params ReadOnlySpan<long> sides)
    {
        var shape = new StringBuilder();
        foreach (var side in sides)
            shape.Append(shape.Length == 0 ? "" : ",").Append(side);
        return Text($$"""{"data":[{{(nuint)data}},true],"shape":[{{shape}}],"typestr":"{{type}}","version":3}""");
    }

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + '\0');

    // Its messages have a stack trace after the first lines.
    private static string Reason(string? message) => string.Join(' ', (message ?? "").Split('\n').TakeWhile(line => !line.StartsWith("Stack trace", StringComparison.Ordinal))).Trim();

    [LibraryImport(Library)] internal static partial nint XGBGetLastError();
    [LibraryImport(Library)] internal static partial int XGBSetGlobalConfig(byte[] config);

    [LibraryImport(Library)] internal static partial int XGProxyDMatrixCreate(out nint proxy);
    [LibraryImport(Library)] internal static partial int XGProxyDMatrixSetDataDense(nint proxy, byte[] array);
    [LibraryImport(Library)] internal static partial int XGDMatrixSetInfoFromInterface(nint matrix, byte[] field, byte[] array);
    [LibraryImport(Library)] internal static partial int XGDMatrixSetStrFeatureInfo(nint matrix, byte[] field, nint* texts, ulong count);
    [LibraryImport(Library)]
    internal static partial int XGQuantileDMatrixCreateFromCallback(
        nint iterator, nint proxy, nint reference, delegate* unmanaged[Cdecl]<nint, void> reset, delegate* unmanaged[Cdecl]<nint, int> next, byte[] config, out nint matrix);
    [LibraryImport(Library)] internal static partial int XGDMatrixFree(nint matrix);

    [LibraryImport(Library)] internal static partial int XGBoosterCreate(nint[] matrices, ulong count, out nint booster);
    [LibraryImport(Library)] internal static partial int XGBoosterFree(nint booster);
    [LibraryImport(Library)] internal static partial int XGBoosterSetParam(nint booster, byte[] name, byte[] value);
    [LibraryImport(Library)] internal static partial int XGBoosterUpdateOneIter(nint booster, int iteration, nint train);
    [LibraryImport(Library)] internal static partial int XGBoosterEvalOneIter(nint booster, int iteration, nint[] matrices, nint* names, ulong count, out nint text);
    [LibraryImport(Library)]
    internal static partial int XGBoosterPredictFromDense(nint booster, byte[] array, byte[] config, nint proxy, out ulong* shape, out ulong dimensions, out float* result);
    [LibraryImport(Library)] internal static partial int XGBoosterSaveModelToBuffer(nint booster, byte[] config, out ulong length, out byte* content);
}
