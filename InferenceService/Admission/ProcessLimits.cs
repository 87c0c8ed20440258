using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace InferenceService.Admission;

/// <summary>What the process of a trial run takes from itself before it touches the model. Needs no privileges.</summary>
internal static partial class ProcessLimits
{
    private const int RlimitData = 2, RlimitCore = 4; // Linux, on x64 and arm64

    public static void Apply(AdmissionOptions limits)
    {
        using var self = Process.GetCurrentProcess();
        self.PriorityClass = ProcessPriorityClass.BelowNormal; // requests go first
        if (!OperatingSystem.IsLinux())
            return; // there the service's watch is the only limit
        // Private writable memory, so that one huge allocation fails at once. Not the address space (RLIMIT_AS): .NET
        // reserves 256 GiB of that. The watch in the service counts what is resident, mapped files included.
        Set(RlimitData, limits.MemoryLimitBytes);
        Set(RlimitCore, 0);
        // When the machine runs out of memory, the kernel takes this process and not the service.
        File.WriteAllText("/proc/self/oom_score_adj", "1000");
    }

    private static void Set(int resource, long bytes)
    {
        var limit = new Limit((nuint)bytes, (nuint)bytes);
        if (SetLimit(resource, in limit) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"setrlimit({resource}, {bytes}) failed.");
    }

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Limit(nuint soft, nuint hard)
    {
        public readonly nuint Soft = soft, Hard = hard;
    }
}
